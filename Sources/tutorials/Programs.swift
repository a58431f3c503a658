/// Every program, in the order of the tutorials.
let programs: [any Program.Type] = [
  S000TCPHello.self,
  S000TCPUpperLoop.self,
  S000UploadJSONHeader.self,
]
