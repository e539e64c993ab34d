"""The one form of a package's zip: files stored one after the other, every other byte follows from them.

So a zip that differs in anything but its files is not one of ours (`audit/verifier.py` writes the form again
and compares). Nothing in it tells when or where it was made. Pure.
"""
