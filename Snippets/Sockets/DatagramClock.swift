// Tells the time: whoever sends a datagram, an empty one too, gets the seconds since 1970 back.
import Addresses
import Glibc
import Sockets

// snippet.clock
func tellTheTime(port: Port) throws {
  let socket = try Socket(.ipv4, .datagram)
  try socket.bind(to: .ipv4(.any, port: port))
  while true {
    let (_, sender) = try socket.receiveFrom(upTo: 0)
    try socket.send("\(time(nil))".utf8, to: sender)
  }
}

// snippet.end
try tellTheTime(port: 3737)
