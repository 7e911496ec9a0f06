using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Lake;

/// <summary>
/// What an object says of itself: GCS metadata, or a sidecar file. A pure function of the object's bytes, so a lost one can be made again.
/// </summary>
/// <param name="Next">Where the next object of the chain starts: last offset + 1.</param>
/// <param name="Rows">Lines in the object.</param>
/// <param name="Sha256">SHA-256 of the stored bytes, 64 lower-case hex digits.</param>
/// <param name="StoredBytes">Length as stored, bytes.</param>
/// <param name="UncompressedBytes">Length of the lines, bytes.</param>
/// <param name="SchemaFingerprint">16 hex digits over tables and column names seen in row changes; empty where there was none.</param>
/// <param name="FirstLsn">Lowest source LSN in it; null where no record had one.</param>
/// <param name="LastLsn">Highest source LSN in it; null where no record had one.</param>
public sealed record LakeManifest(
    long Next, int Rows, string Sha256, long StoredBytes, long UncompressedBytes, string SchemaFingerprint, Lsn? FirstLsn, Lsn? LastLsn);
