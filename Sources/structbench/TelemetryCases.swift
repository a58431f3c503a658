import BinaryPacking

/// `<IHBxq8s`: little-endian, a padding byte, a name of eight bytes.
func telemetryCases() throws -> [Case] {
  let format = try BinaryFormat("<IHBxq8s")
  let ring = Ring(size: format.size)
  let template: [PackedValue] = [0, 0, 0, 0, .bytes("abcdefgh")]
  let names = (0..<Ring.places).map { index in [UInt8](repeating: UInt8(index), count: 8) }
  return [
    Case("pack <IHBxq8s") { count in
      ring.write(count) { index, bytes, start in
        orTrap { () throws(PackingError) in
          try format.pack(
            UInt32(truncatingIfNeeded: index), UInt16(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index),
            Int64(index), [8 of UInt8](repeating: UInt8(truncatingIfNeeded: index)), into: &bytes, at: start)
        }
      }
    },
    Case("unpack <IHBxq8s") { count in
      ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in
          let (id, port, kind, time, name) = try format.unpack(
            UInt32.self, UInt16.self, UInt8.self, Int64.self, [8 of UInt8].self, from: bytes, at: start)
          return Int(id) &+ Int(port) &+ Int(kind) &+ Int(time) &+ Int(name[0] ^ name[7])
        }
      }
    },
    Case("pack <IHBxq8s storeBytes") { count in
      ring.write(count) { index, bytes, start in
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: index).littleEndian, toByteOffset: start, as: UInt32.self)
        bytes.storeBytes(of: UInt16(truncatingIfNeeded: index).littleEndian, toByteOffset: start + 4, as: UInt16.self)
        bytes.storeBytes(of: UInt8(truncatingIfNeeded: index), toByteOffset: start + 6, as: UInt8.self)
        bytes.storeBytes(of: 0, toByteOffset: start + 7, as: UInt8.self)
        bytes.storeBytes(of: Int64(index).littleEndian, toByteOffset: start + 8, as: Int64.self)
        bytes.storeBytes(
          of: [8 of UInt8](repeating: UInt8(truncatingIfNeeded: index)), toByteOffset: start + 16,
          as: [8 of UInt8].self)
      }
    },
    Case("unpack <IHBxq8s loadBytes") { count in
      ring.read(count) { bytes, start in
        let id = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self))
        let port = UInt16(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 4, as: UInt16.self))
        let kind = bytes.unsafeLoadUnaligned(fromByteOffset: start + 6, as: UInt8.self)
        let time = Int64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 8, as: Int64.self))
        let name = bytes.unsafeLoadUnaligned(fromByteOffset: start + 16, as: [8 of UInt8].self)
        return Int(id) &+ Int(port) &+ Int(kind) &+ Int(time) &+ Int(name[0] ^ name[7])
      }
    },
    Case("pack <IHBxq8s [UInt8]") { count in
      ring.write(count) { index, bytes, start in
        orTrap { () throws(PackingError) in
          try format.pack(
            UInt32(truncatingIfNeeded: index), UInt16(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index),
            Int64(index), names[index & (Ring.places - 1)], into: &bytes, at: start)
        }
      }
    },
    Case("unpack <IHBxq8s [UInt8]") { count in
      ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in
          let (id, port, kind, time, name) = try format.unpack(
            UInt32.self, UInt16.self, UInt8.self, Int64.self, [UInt8].self, from: bytes, at: start)
          return Int(id) &+ Int(port) &+ Int(kind) &+ Int(time) &+ Int(name[0] ^ name[7])
        }
      }
    },
    Case("pack <IHBxq8s [UInt8] storeBytes") { count in
      ring.write(count) { index, bytes, start in
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: index).littleEndian, toByteOffset: start, as: UInt32.self)
        bytes.storeBytes(of: UInt16(truncatingIfNeeded: index).littleEndian, toByteOffset: start + 4, as: UInt16.self)
        bytes.storeBytes(of: UInt8(truncatingIfNeeded: index), toByteOffset: start + 6, as: UInt8.self)
        bytes.storeBytes(of: 0, toByteOffset: start + 7, as: UInt8.self)
        bytes.storeBytes(of: Int64(index).littleEndian, toByteOffset: start + 8, as: Int64.self)
        storeByHand(names[index & (Ring.places - 1)], into: &bytes, at: start + 16, width: 8)
      }
    },
    Case("unpack <IHBxq8s [UInt8] loadBytes") { count in
      ring.read(count) { bytes, start in
        let id = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self))
        let port = UInt16(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 4, as: UInt16.self))
        let kind = bytes.unsafeLoadUnaligned(fromByteOffset: start + 6, as: UInt8.self)
        let time = Int64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 8, as: Int64.self))
        let name = loadByHand(from: bytes, at: start + 16, width: 8)
        return Int(id) &+ Int(port) &+ Int(kind) &+ Int(time) &+ Int(name[0] ^ name[7])
      }
    },
    Case("pack <IHBxq8s Int") { count in
      ring.write(count) { index, bytes, start in
        orTrap { () throws(PackingError) in
          try format.pack(
            index & 0xFFFF, index & 0xFFFF, index & 0xFF, index,
            [8 of UInt8](repeating: UInt8(truncatingIfNeeded: index)), into: &bytes, at: start)
        }
      }
    },
    Case("unpack <IHBxq8s Int") { count in
      ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in
          let (id, port, kind, time, name) = try format.unpack(
            Int.self, Int.self, Int.self, Int.self, [8 of UInt8].self, from: bytes, at: start)
          return id &+ port &+ kind &+ time &+ Int(name[0] ^ name[7])
        }
      }
    },
    Case("pack <IHBxq8s dynamic") { count in
      var values = template
      return ring.write(count) { index, bytes, start in
        values[0] = PackedValue(index & 0xFFFF_FFFF)
        values[3] = PackedValue(index)
        orTrap { () throws(PackingError) in try format.pack(values: values, into: &bytes, at: start) }
      }
    },
    Case("unpack <IHBxq8s dynamic") { count in
      ring.read(count) { bytes, start in
        let record = orTrap { () throws(PackingError) in try format.unpack(from: bytes, at: start) }
        return record.count
      }
    },
    Case("unpack <IHBxq8s dynamic reused") { count in
      var values = template
      return ring.read(count) { bytes, start in
        orTrap { () throws(PackingError) in try format.unpack(from: bytes, at: start, into: &values) }
        return values.count
      }
    },
  ]
}
