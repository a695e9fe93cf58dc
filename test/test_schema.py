"""One error, in one line that can be read."""

import pytest

from liquid_control.schema import ConfigError, configured, validated


@configured
class Box:
    size: int = 1


def test_the_error_names_file_and_field_and_what_it_got():
    with pytest.raises(ConfigError, match=r"^box\.yaml: size is 'wide': Input should be a valid"):
        validated(Box, {'size': 'wide'}, 'box.yaml')


def test_of_a_long_value_the_error_shows_the_beginning():
    with pytest.raises(ConfigError) as error:
        validated(Box, {'size': ['wide'] * 1000}, 'box.yaml')
    assert len(str(error.value)) < 250
    assert "['wide', 'wide'," in str(error.value)
