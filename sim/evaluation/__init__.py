"""What a policy is worth: scores of episodes, tables, pictures of drives, facts of bundles."""
