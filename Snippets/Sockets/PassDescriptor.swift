// Hands an open file to another process, and takes one.
import Glibc
import Sockets

// snippet.send
func hand(_ file: CInt, over socket: borrowing Socket) throws {
  try socket.sendMessage("file".utf8.span.bytes, descriptors: [file])
}

// snippet.receive
func take(from socket: borrowing Socket) throws -> OwnedDescriptor? {
  var message = try socket.receiveMessage(upTo: 4, maximumDescriptors: 1)
  return message.descriptors.takeFirst()
}

// snippet.end
let pair = try SocketPair()
try hand(STDOUT_FILENO, over: pair.first)
if let file = try take(from: pair.second) {
  _ = write(file.descriptor, "written through the copy\n", 25)
}
