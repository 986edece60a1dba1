// Writing 8-bit gray and RGB images as PNG, with nothing but the .NET base library.
// Used by samples and reports to show what a model has drawn.
namespace Functional.Tensors

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Text

/// Source: W3C, Portable Network Graphics (PNG) Specification (Third Edition), sections 5, 7, 11 and annex D.
module internal PngFile =

    let private signature = [| 0x89uy; 'P'B; 'N'B; 'G'B; '\r'B; '\n'B; 0x1Auy; '\n'B |]

    let private crcTable =
        let step c =
            if c &&& 1u = 1u then 0xEDB88320u ^^^ (c >>> 1) else c >>> 1

        Array.init 256 (fun n -> Seq.fold (fun c _ -> step c) (uint32 n) (seq { 1..8 }))

    let private crc32 (bytes: byte[]) =
        let update crc (value: byte) =
            crcTable[int ((crc ^^^ uint32 value) &&& 0xFFu)] ^^^ (crc >>> 8)

        ~~~(Array.fold update ~~~0u bytes)

    let private bigEndian (value: uint32) =
        let bytes = Array.zeroCreate<byte> 4
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value)
        bytes

    let private chunk (name: string) (content: byte[]) =
        let body = Array.append (Encoding.ASCII.GetBytes name) content
        Array.concat [ bigEndian (uint32 content.Length); body; bigEndian (crc32 body) ]

    let private header (width: int) (height: int) channels =
        let colourType = if channels = 1 then 0uy else 2uy
        // Bit depth, colour type, and the only compression, filter and (no) interlace methods that we write.
        Array.concat [ bigEndian (uint32 width); bigEndian (uint32 height); [| 8uy; colourType; 0uy; 0uy; 0uy |] ]

    let private compressed rowLength (pixels: byte[]) =
        use buffer = new MemoryStream()

        using (new ZLibStream(buffer, CompressionLevel.Optimal)) (fun zlib ->
            for start in 0..rowLength .. pixels.Length - 1 do
                zlib.WriteByte 0uy // each row names its filter; 0 is none
                zlib.Write(pixels, start, rowLength))

        buffer.ToArray()

    /// The bytes of a PNG file. Pixels go row by row from the top, `channels` bytes each: 1 is gray (0 is black), 3 is RGB.
    /// Raises ArgumentException where the sizes are not positive, channels is neither 1 nor 3, or the pixels don't fit them.
    let encode (width: int) (height: int) (channels: int) (pixels: byte[]) : byte[] =
        let known = width > 0 && height > 0 && (channels = 1 || channels = 3)
        // Divided rather than multiplied by channels: the product of all three can exceed an int64.
        let fits () =
            pixels.Length % channels = 0 && int64 width * int64 height = int64 (pixels.Length / channels)

        if not (known && fits ()) then
            raise (Errors.File.pngPixels width height channels pixels.Length)

        Array.concat
            [ signature
              chunk "IHDR" (header width height channels)
              chunk "IDAT" (compressed (width * channels) pixels)
              chunk "IEND" [||] ]

    /// Writes `encode`'s bytes through AtomicFile.
    let write (path: string) (width: int) (height: int) (channels: int) (pixels: byte[]) =
        let bytes = encode width height channels pixels
        AtomicFile.write path (fun stream -> stream.Write bytes)
