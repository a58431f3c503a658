import BinaryPacking

/// A dictionary as JSON, and its length in four bytes: a header that says as much as one likes.
///
/// A whole number may have more than 64 bits. The original's page shows 186 bytes; the dictionary printed there has 274.
enum S003StructDict: Script {
  static let about = About("s003_struct_dict", "a dict as JSON, its length by struct")

  static func script(_ settings: Settings) throws {
    let header: PythonValue = [
      "file_name": "电影合集.mp4",
      "file_size": .largeInteger("1231283912839123123424234234234234234324324912"),
      "file_desc": "这是一部很好看的电影mp4",
      "file_desc2": "这也是一部很好看的电影 mp4",
    ]
    let json = Array(header.json.utf8)
    let length = try BinaryFormat("i").pack(json.count)
    print(length.count)
    print(try BinaryFormat("i").unpack(Int.self, from: length))
    guard try PythonValue(json: json) == header else { throw Failure("the dictionary came back as another one") }
  }
}
