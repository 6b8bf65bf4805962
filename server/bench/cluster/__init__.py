"""Clusters, measured: started by their own command, watched and ordered about from outside."""
