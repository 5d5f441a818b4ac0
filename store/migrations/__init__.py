"""The shapes the database has had, one file a step; Alembic runs them."""
