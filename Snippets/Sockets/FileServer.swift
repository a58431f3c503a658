// Serves the files of one folder: for a line with a name comes a line with the size, and then the bytes.
import Addresses
import Glibc
import Sockets

// snippet.serve
/// Answers one client until it goes.
func serve(_ connection: consuming Socket, folder: String) throws {
  try connection.setTimeout(.seconds(30))
  var stream = try SocketStream(connection)
  while let name = try stream.readLine(limit: 256) {
    let file = name.contains("/") ? -1 : open("\(folder)/\(name)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      try stream.write("no such file\n")
      try stream.flush()
      continue
    }
    try stream.write("\(status.st_size)\n")
    try stream.flush()
    try stream.socket.sendFile(file, offset: 0, count: Int64(status.st_size))
  }
}

// snippet.listen
func listen(port: Port, folder: String) throws {
  let listener = try Socket(listeningOn: .ipv6(.any, port: port), dualStack: true)
  print("serving \(folder) at \(try listener.localAddress)")
  while true {
    let accepted = try listener.accept()
    let peer = accepted.peerAddress
    do {
      try serve(accepted.socket, folder: folder)
    } catch {
      print("\(peer): \(error)")
    }
  }
}

// snippet.end
try listen(port: 7070, folder: ".")
