// The compiled parts of Boost.Asio's TLS and of Beast, once for the program (separate compilation is on); Asio's own
// part is in base. Ours is the HTTP framing; Beast serves the WebSocket of the console.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
