id = "ws-mistakes"
public_url = "https://hooks.example.com"
