id = "ws-mistakes"
public_url = "https://hooks.example.com"
alert_when = { lag = "10 minutes" }
