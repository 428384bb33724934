# Finding a place: addresses, streets, houses, villages, posts
find-title = Find a place
find-lead = Write an address, a street, an estate, a village or a building: where it is, and who looks after it.
find-words = Address or name of a place
find-words-hint = In Chinese, in pinyin or by first letters, for example: Lane 128 Wangwei Road, wangweilu 128, wwl128
find-do = Search
find-button = Look this address up
find-none = No such place was found. Try a street and a number nearby, or choose the neighbourhood below.
find-none-short = No such place was found; the words alone will do.
find-some = { $n ->
    [one] One place found
   *[other] { $n } places found
  }
find-say = { "{n}" } places; choose with the up and down keys.
find-taken = Chosen: { "{name}" }
find-which = Which one is it?
find-who = Who looks after this place?
place-kind-area = Area
place-kind-post = Post
place-kind-street = Street
place-kind-compound = Estate or building
place-kind-village = Village
place-kind-poi = Place
place-kind-door = House number
place-close-between = about here, the number is not in the list
place-close-next-to = a number close to it
place-close-name-only = only the name, the number is not in the list
place-doors = { $n ->
    [one] one house number
   *[other] { $n } house numbers
  }
place-beside = near { $name }
place-about = about { $m } m from { $name }
place-in = { $door }, { $areas }
place-pin = On the map: { $place }
