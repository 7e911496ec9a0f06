using Google.Apis.Requests;
using Google.Apis.Services;
using Google.Apis.Util;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>objects.get: an object's description, or with alt=media its bytes.</summary>
internal sealed class ObjectRequest : ClientServiceRequest<StoredObject>
{
    internal ObjectRequest(IClientService service, string bucket, string name, bool media)
        : base(service)
    {
        (Bucket, ObjectName) = (bucket, name);
        (Alt, Fields) = media ? ("media", null) : ("json", StoredObject.Fields);
        InitParameters();
    }

    [RequestParameter("bucket", RequestParameterType.Path)]
    public string Bucket { get; }

    [RequestParameter("object", RequestParameterType.Path)]
    public string ObjectName { get; }

    [RequestParameter("alt", RequestParameterType.Query)]
    public string Alt { get; }

    [RequestParameter("fields", RequestParameterType.Query)]
    public string? Fields { get; }

    /// <inheritdoc/>
    public override string MethodName => "get";

    /// <inheritdoc/>
    public override string HttpMethod => "GET";

    /// <inheritdoc/>
    public override string RestPath => "storage/v1/b/{bucket}/o/{object}";

    /// <inheritdoc/>
    protected override void InitParameters()
    {
        base.InitParameters();
        RequestParameters.Add("bucket", RequestParameters.Path("bucket"));
        RequestParameters.Add("object", RequestParameters.Path("object"));
        RequestParameters.Add("alt", RequestParameters.Query("alt"));
        RequestParameters.Add("fields", RequestParameters.Query("fields"));
    }
}
