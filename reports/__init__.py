"""What people found difficult: reports, their states, clocks and desks; knows no SQL, no channels."""
