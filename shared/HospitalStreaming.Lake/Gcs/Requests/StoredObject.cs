using Newtonsoft.Json;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>The fields of an object resource that the lake uses.</summary>
internal sealed class StoredObject
{
    /// <summary>Fields asked of the service.</summary>
    internal const string Fields = "name,generation,size,crc32c,metadata";

    [JsonProperty("name")]
    public string? Name { get; set; }

    [JsonProperty("generation")]
    public long? Generation { get; set; }

    [JsonProperty("size")]
    public long? Size { get; set; }

    /// <summary>Checksum of the whole as the service has it.</summary>
    [JsonProperty("crc32c")]
    public string? Crc32C { get; set; }

    [JsonProperty("metadata")]
    public Dictionary<string, string>? Metadata { get; set; }
}
