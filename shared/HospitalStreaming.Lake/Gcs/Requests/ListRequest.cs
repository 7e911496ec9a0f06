using Google.Apis.Requests;
using Google.Apis.Services;
using Google.Apis.Util;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>objects.list: one page of names below a prefix, in ordinal order.</summary>
internal sealed class ListRequest : ClientServiceRequest<StoredObjects>
{
    internal ListRequest(IClientService service, string bucket, string prefix, string? startOffset, string? delimiter, string? pageToken)
        : base(service)
    {
        (Bucket, Prefix, StartOffset, Delimiter, PageToken) = (bucket, prefix, startOffset, delimiter, pageToken);
        InitParameters();
    }

    [RequestParameter("bucket", RequestParameterType.Path)]
    public string Bucket { get; }

    [RequestParameter("prefix", RequestParameterType.Query)]
    public string Prefix { get; }

    [RequestParameter("startOffset", RequestParameterType.Query)]
    public string? StartOffset { get; }

    [RequestParameter("delimiter", RequestParameterType.Query)]
    public string? Delimiter { get; }

    [RequestParameter("pageToken", RequestParameterType.Query)]
    public string? PageToken { get; }

    [RequestParameter("fields", RequestParameterType.Query)]
    public string Fields => $"items({StoredObject.Fields}),prefixes,nextPageToken";

    /// <inheritdoc/>
    public override string MethodName => "list";

    /// <inheritdoc/>
    public override string HttpMethod => "GET";

    /// <inheritdoc/>
    public override string RestPath => "storage/v1/b/{bucket}/o";

    /// <inheritdoc/>
    protected override void InitParameters()
    {
        base.InitParameters();
        RequestParameters.Add("bucket", RequestParameters.Path("bucket"));
        foreach (var name in new[] { "prefix", "startOffset", "delimiter", "pageToken", "fields" })
        {
            RequestParameters.Add(name, RequestParameters.Query(name));
        }
    }
}
