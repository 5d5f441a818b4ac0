"""Edge and wiring: settings, build, command line, channels."""
