"""What the law says: parse, keep, search and answer; knows no users, no channels, no SQL."""
