"""Everything that must not be lost: tables, stores, inbox, outbox, migrations."""
