using Google.Apis.Services;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>Cloud Storage's JSON API, version 1, on Google's runtime. See https://cloud.google.com/storage/docs/json_api/v1.</summary>
internal sealed class StorageService(BaseClientService.Initializer initializer, Uri root) : BaseClientService(initializer)
{
    internal const string ReadWriteScope = "https://www.googleapis.com/auth/devstorage.read_write";

    internal static readonly Uri Production = new("https://storage.googleapis.com/");

    /// <inheritdoc/>
    public override string Name => "storage";

    /// <inheritdoc/>
    public override string BaseUri => root.AbsoluteUri;

    /// <inheritdoc/>
    public override string BasePath => string.Empty;

    /// <inheritdoc/>
    public override IList<string> Features => [];
}
