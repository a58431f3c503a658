// Talks with a peer that writes GBK.
import Sockets

// snippet.text
func greet(_ connection: consuming Socket) throws -> String? {
  var stream = try SocketStream(connection, encoding: .gbk, malformed: .replace)
  try stream.write("你好\n")
  try stream.flush()
  return try stream.readLine()
}

// snippet.end
let pair = try SocketPair()
try pair.first.sendAll(TextEncoding.gbk.encode("谢谢\n"))
print(try greet(pair.second.duplicate()) ?? "nobody answered")
