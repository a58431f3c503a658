import BinaryPacking

/// `I3sf`: native alignment, which puts a byte before the float.
func sampleCases() throws -> [Case] {
  let format = try BinaryFormat("I3sf")
  let ring = Ring(size: format.size)
  let template: [PackedValue] = [0, .bytes("abc"), 0.5]
  let names = (0..<Ring.places).map { index in [UInt8](repeating: UInt8(index), count: 3) }
  return [
    Case("pack I3sf") { count in
      ring.write(count) { index, bytes, start in
        orTrap { () throws(PackingError) in
          try format.pack(
            UInt32(truncatingIfNeeded: index), [3 of UInt8](repeating: UInt8(truncatingIfNeeded: index)),
            Float(index), into: &bytes, at: start)
        }
      }
    },
    Case("unpack I3sf") { count in
      ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in
          let (id, name, score) = try format.unpack(
            UInt32.self, [3 of UInt8].self, Float.self, from: bytes, at: start)
          return Int(id) &+ Int(name[0] ^ name[2]) &+ Int(score.bitPattern)
        }
      }
    },
    Case("pack I3sf storeBytes") { count in
      ring.write(count) { index, bytes, start in
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: index), toByteOffset: start, as: UInt32.self)
        bytes.storeBytes(
          of: [3 of UInt8](repeating: UInt8(truncatingIfNeeded: index)), toByteOffset: start + 4,
          as: [3 of UInt8].self)
        bytes.storeBytes(of: 0, toByteOffset: start + 7, as: UInt8.self)
        bytes.storeBytes(of: Float(index), toByteOffset: start + 8, as: Float.self)
      }
    },
    Case("unpack I3sf loadBytes") { count in
      ring.read(count) { bytes, start in
        let id = bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self)
        let name = bytes.unsafeLoadUnaligned(fromByteOffset: start + 4, as: [3 of UInt8].self)
        let score = bytes.unsafeLoadUnaligned(fromByteOffset: start + 8, as: Float.self)
        return Int(id) &+ Int(name[0] ^ name[2]) &+ Int(score.bitPattern)
      }
    },
    Case("pack I3sf [UInt8]") { count in
      ring.write(count) { index, bytes, start in
        orTrap { () throws(PackingError) in
          try format.pack(
            UInt32(truncatingIfNeeded: index), names[index & (Ring.places - 1)], Float(index), into: &bytes,
            at: start)
        }
      }
    },
    Case("unpack I3sf [UInt8]") { count in
      ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in
          let (id, name, score) = try format.unpack(UInt32.self, [UInt8].self, Float.self, from: bytes, at: start)
          return Int(id) &+ Int(name[0] ^ name[2]) &+ Int(score.bitPattern)
        }
      }
    },
    Case("pack I3sf [UInt8] storeBytes") { count in
      ring.write(count) { index, bytes, start in
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: index), toByteOffset: start, as: UInt32.self)
        storeByHand(names[index & (Ring.places - 1)], into: &bytes, at: start + 4, width: 3)
        bytes.storeBytes(of: 0, toByteOffset: start + 7, as: UInt8.self)
        bytes.storeBytes(of: Float(index), toByteOffset: start + 8, as: Float.self)
      }
    },
    Case("unpack I3sf [UInt8] loadBytes") { count in
      ring.read(count) { bytes, start in
        let id = bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self)
        let name = loadByHand(from: bytes, at: start + 4, width: 3)
        let score = bytes.unsafeLoadUnaligned(fromByteOffset: start + 8, as: Float.self)
        return Int(id) &+ Int(name[0] ^ name[2]) &+ Int(score.bitPattern)
      }
    },
    Case("pack I3sf Int") { count in
      ring.write(count) { index, bytes, start in
        orTrap { () throws(PackingError) in
          try format.pack(
            index & 0xFFFF_FFFF, [3 of UInt8](repeating: UInt8(truncatingIfNeeded: index)), Double(index),
            into: &bytes, at: start)
        }
      }
    },
    Case("unpack I3sf Int") { count in
      ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in
          let (id, name, score) = try format.unpack(
            Int.self, [3 of UInt8].self, Double.self, from: bytes, at: start)
          return id &+ Int(name[0] ^ name[2]) &+ Int(truncatingIfNeeded: score.bitPattern)
        }
      }
    },
    Case("pack I3sf dynamic") { count in
      var values = template
      return ring.write(count) { index, bytes, start in
        values[0] = PackedValue(index & 0xFFFF_FFFF)
        values[2] = .float(Double(index))
        orTrap { () throws(PackingError) in try format.pack(values: values, into: &bytes, at: start) }
      }
    },
    Case("unpack I3sf dynamic") { count in
      ring.read(count) { bytes, start in
        let record = orTrap { () throws(PackingError) in try format.unpack(from: bytes, at: start) }
        return record.count
      }
    },
    Case("unpack I3sf dynamic reused") { count in
      var values = template
      return ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in try format.unpack(from: bytes, at: start, into: &values) }
        return values.count
      }
    },
  ]
}
