"""What the commands do, apart from their options.

Everything heavy is imported here and below, and the commands import these modules
when they are called, so that `speechsubs COMMAND --help` answers at once.
"""
