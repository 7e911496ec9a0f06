using Newtonsoft.Json;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>One page of a listing.</summary>
internal sealed class StoredObjects
{
    [JsonProperty("items")]
    public List<StoredObject>? Items { get; set; }

    [JsonProperty("prefixes")]
    public List<string>? Prefixes { get; set; }

    [JsonProperty("nextPageToken")]
    public string? NextPageToken { get; set; }
}
