//! Makes a WAVE file, one second of the note A, and reads it again.

import BinaryPacking
import Glibc

// snippet.formats
// Each chunk of the file begins with four letters and a length; "<" is little-endian without any padding.
let chunk = try BinaryFormat("<4sI")
let riff = try BinaryFormat("<4sI4s")
let sound = try BinaryFormat("<HHIIHH")
let sample = try BinaryFormat("<h")
// snippet.end

// snippet.write
let rate = 8_000
let frames = rate
var file = [UInt8](repeating: 0, count: riff.size + chunk.size + sound.size + chunk.size + frames * sample.size)
var end = 0

/// Where the next record goes, behind which is the new end.
func place(_ format: BinaryFormat, _ end: inout Int) -> Int {
  end += format.size
  return end - format.size
}

try riff.pack(PackedBytes("RIFF"), file.count - chunk.size, PackedBytes("WAVE"), into: &file, at: place(riff, &end))
try chunk.pack(PackedBytes("fmt "), sound.size, into: &file, at: place(chunk, &end))
try sound.pack(
  UInt16(1), UInt16(1), UInt32(rate), UInt32(rate * sample.size), UInt16(sample.size), UInt16(16),
  into: &file, at: place(sound, &end))
try chunk.pack(PackedBytes("data"), frames * sample.size, into: &file, at: place(chunk, &end))
for frame in 0..<frames {
  let height = sin(2 * Double.pi * 440 * Double(frame) / Double(rate))
  try sample.pack(Int16(height * 30_000), into: &file, at: place(sample, &end))
}
// snippet.end

// snippet.read
/// The chunks of a file, whoever made it: name, and where its bytes are.
func chunks(of file: [UInt8]) throws(PackingError) -> [(name: String, bytes: Range<Int>)] {
  let (magic, _, form) = try riff.unpack(PackedBytes.self, Int.self, PackedBytes.self, from: file, at: 0)
  guard magic == PackedBytes("RIFF"), form == PackedBytes("WAVE") else { return [] }
  var found: [(name: String, bytes: Range<Int>)] = []
  var start = riff.size
  while start < file.count {
    let (name, length) = try chunk.unpack(PackedBytes.self, Int.self, from: file, at: start)
    start += chunk.size
    // The length is whatever the file says: it has to be compared with the bytes that are there.
    guard length <= file.count - start else { break }
    found.append((String(decoding: name, as: UTF8.self), start..<start + length))
    // Chunks begin at even places.
    start += length + length % 2
  }
  return found
}

let found = try chunks(of: file)
print(found)  // [(name: "fmt ", bytes: 20..<36), (name: "data", bytes: 44..<16044)]
// snippet.end

// snippet.iterate
let data = Array(file[found[1].bytes])
var samples = try sample.iterUnpack(Int16.self, from: data)
var loudest = Int16(0)
while let height = try samples.next() { loudest = max(loudest, abs(height)) }
print(loudest)  // 30000
// snippet.end

// snippet.dynamic
print(try sound.unpack(from: file, at: found[0].bytes.lowerBound))  // [1, 1, 8000, 16000, 2, 16]
// snippet.end

// snippet.errors
do throws(PackingError) {
  try sample.pack(40_000, into: &file, at: 44)
} catch {
  print(error)  // out-of-range: 'h' format requires -32768 <= number <= 32767: values[0] is 40000
}
do throws(PackingError) {
  _ = try chunks(of: Array(file[..<15]))
} catch {
  print(error)
  // buffer-too-small: unpack_from requires a buffer of at least 20 bytes for unpacking 8 bytes at offset 12
  // (actual buffer size is 15)
}
// snippet.end

if let path = CommandLine.arguments.dropFirst().first, let output = fopen(path, "w") {
  fwrite(file, 1, file.count, output)
  fclose(output)
}
