/** Zip archives, written: Node.js compresses, and has no container for many files. */
import { deflateRawSync } from "node:zlib";

export interface ZipEntry {
    readonly path: string;
    readonly content: Buffer;
    readonly executable: boolean;
}

/** An archive of these files. */
export function zip(entries: readonly ZipEntry[]): Buffer {
    const parts: Buffer[] = [];
    const directory: Buffer[] = [];
    let offset = 0;
    for (const entry of entries) {
        const name = Buffer.from(entry.path);
        const packed = deflateRawSync(entry.content);
        // Version 2.0, UTF-8 names, deflate, 1980-01-01: the same files give the same archive.
        const shared = Buffer.alloc(26);
        shared.writeUInt16LE(20, 0);
        shared.writeUInt16LE(0x0800, 2);
        shared.writeUInt16LE(8, 4);
        shared.writeUInt16LE(0x21, 8);
        shared.writeUInt32LE(crc32(entry.content), 10);
        shared.writeUInt32LE(packed.length, 14);
        shared.writeUInt32LE(entry.content.length, 18);
        shared.writeUInt16LE(name.length, 22);
        const local = Buffer.concat([signature(0x04034b50), shared, name, packed]);
        const rest = Buffer.alloc(14);
        rest.writeUInt32LE((0o100000 | (entry.executable ? 0o755 : 0o644)) * 0x10000, 6);
        rest.writeUInt32LE(offset, 10);
        // Made on Unix, so that modes are kept.
        directory.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 3]), shared, rest, name]));
        parts.push(local);
        offset += local.length;
    }
    const listing = Buffer.concat(directory);
    const end = Buffer.alloc(18);
    end.writeUInt16LE(entries.length, 4);
    end.writeUInt16LE(entries.length, 6);
    end.writeUInt32LE(listing.length, 8);
    end.writeUInt32LE(offset, 12);
    return Buffer.concat([...parts, listing, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    return buffer;
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) {
        value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return value;
});

function crc32(data: Buffer): number {
    let value = 0xffffffff;
    for (const byte of data) {
        value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
    }
    return (value ^ 0xffffffff) >>> 0;
}
