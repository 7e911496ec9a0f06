namespace HospitalStreaming.Lake.Gcs;

/// <summary>A download's bytes do not have the checksum that the service sent with them; another attempt may.</summary>
internal sealed class AlteredOnTheWayException() : Exception("the bytes do not have the checksum that came with them");
