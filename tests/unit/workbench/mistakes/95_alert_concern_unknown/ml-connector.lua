id = "ws-mistakes"
public_url = "https://hooks.example.com"
alerts = { ops = webhook "slack" { url = secret "ops", concerns = { "operators" } } }
