"""What operators need: is it ready, how is it doing, a copy of everything, and everything from a copy.

It runs the service and never takes part in it: nothing here decides, pays or opens anybody's record to anyone.
"""
