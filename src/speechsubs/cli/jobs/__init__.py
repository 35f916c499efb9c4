"""The implementation of the commands, without their options.

All heavy imports are in this package. The commands import its modules when they are
called, so that `speechsubs COMMAND --help` stays fast.
"""
