"""Removing a document from a run folder, so that nothing there names or quotes it any more."""
