# Words on every page
site-name = Mulin
skip-to-content = Skip to content
look-nav = How this page is shown
look-elder = Large text
look-usual = Usual text
look-larger = Even larger
look-smaller = A little smaller
look-other-language = 中文
foot-nav = More
foot-duty = Duty desk, day and night
foot-emergency = If somebody is in danger, call 110, 119 or 120 first.
foot-track = Check progress
foot-grid = Who looks after my place
foot-staff = Staff sign in
form-problem = Please change this
login-title = Staff sign in
login-intro = Residents need no account to raise something or to check progress.
login-name = Login name
login-password = Password
login-do = Sign in
login-wrong = The login name or the password is wrong. Try again. If you forgot your password, ask the administrator of your organisation.

kept-lost = You were signed out before this was sent. What you wrote is still here: sign in to go on.
kept-title = What you wrote is still here
kept-intro = You are signed in again. Have a look, then send it.
kept-files = Pictures must be chosen again: add them on the page of the matter afterwards.
kept-send = Send
kept-drop = Do not send, back to the desk
# Home
home-title = Do you need help?
home-report = Tell us about something
home-report-more = A leak, noise, a danger, a request: three short steps
home-track = Check progress
home-track-more = See where it stands, with your code
home-grid = Who looks after my place
home-grid-more = Numbers of your grid worker, officer and committee
home-lost = Have you found a lost elder?
home-lost-more = Stay there and call the duty desk now
home-how = What happens then
home-how-1 = You get a number, a code, and the time by which you are answered.
home-how-2 = A named person takes it up. You can see every step.
home-how-3 = When it is done, somebody else checks it and you are told. If it is not right, you can have it reopened.
field-wrong = This is not right, please check

# Between the parts of a list.
list-and = {", "}
map-name = Map
map-nearer = Zoom in
map-farther = Zoom out
map-close = Close
