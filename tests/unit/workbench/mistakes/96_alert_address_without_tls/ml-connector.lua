id = "ws-mistakes"
public_url = "https://hooks.example.com"
alerts = { ops = webhook "generic" { url = "http://alerts.example.com/in" } }
