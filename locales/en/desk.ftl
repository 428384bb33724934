# The desk
desk-search = Search matters, numbers
desk-live-off = Live updates are off, reconnecting; this may not be the latest
desk-sign-out = Sign out
desk-nav = Desk
desk-nav-home = My work
