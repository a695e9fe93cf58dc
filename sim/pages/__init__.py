"""Pages that explain themselves: one file each, no network, with pictures drawn into them."""

import io

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.figure import Figure


def templates(package: str) -> Environment:
    """The templates of a package; each includes `style.css`, which all pages share."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package, '.'), PackageLoader(__name__, '.')]),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def svg(figure: Figure, name: str) -> Markup:
    """An <svg> element for a page. name: for screen readers; figures of one page need different
    ones.
    """
    style = {'svg.fonttype': 'none', 'svg.hashsalt': name, 'font.family': 'sans-serif'}
    text = io.StringIO()
    with rc_context(style):
        figure.savefig(text, format='svg', metadata={'Date': None})
    drawn = text.getvalue()
    begin = drawn.index('<svg') + len('<svg')
    return Markup(f'<svg role="img" aria-label="{escape(name)}"{drawn[begin:]}')
