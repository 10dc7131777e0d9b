id = "ws-mistakes"
public_url = "https://hooks.example.com"
alerts = { desk = mail { command = { "sendmail", "-t" }, from = "a@example.com", to = { "b@example.com" } } }
