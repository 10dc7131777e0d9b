local note = "hello"
return note
