using Google.Apis.Services;

namespace HospitalStreaming.Warehouse.BigQuery.Rest;

/// <summary>BigQuery's REST API, version 2, on Google's runtime. See https://cloud.google.com/bigquery/docs/reference/rest.</summary>
internal sealed class BigQueryService(BaseClientService.Initializer initializer, Uri root) : BaseClientService(initializer)
{
    internal const string Scope = "https://www.googleapis.com/auth/bigquery";

    /// <summary>Load jobs read the lake's objects with the caller's rights.</summary>
    internal const string StorageScope = "https://www.googleapis.com/auth/devstorage.read_only";

    internal static readonly Uri Production = new("https://bigquery.googleapis.com/");

    /// <inheritdoc/>
    public override string Name => "bigquery";

    /// <inheritdoc/>
    public override string BaseUri => root.AbsoluteUri;

    /// <inheritdoc/>
    public override string BasePath => string.Empty;

    /// <inheritdoc/>
    public override IList<string> Features => [];
}
