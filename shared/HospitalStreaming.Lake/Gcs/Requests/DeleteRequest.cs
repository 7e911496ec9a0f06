using Google.Apis.Requests;
using Google.Apis.Services;
using Google.Apis.Util;

namespace HospitalStreaming.Lake.Gcs.Requests;

/// <summary>objects.delete of one generation, and of that one only.</summary>
internal sealed class DeleteRequest : ClientServiceRequest<StoredObject>
{
    internal DeleteRequest(IClientService service, string bucket, string name, long generation)
        : base(service)
    {
        (Bucket, ObjectName, IfGenerationMatch) = (bucket, name, generation);
        InitParameters();
    }

    [RequestParameter("bucket", RequestParameterType.Path)]
    public string Bucket { get; }

    [RequestParameter("object", RequestParameterType.Path)]
    public string ObjectName { get; }

    [RequestParameter("ifGenerationMatch", RequestParameterType.Query)]
    public long IfGenerationMatch { get; }

    /// <inheritdoc/>
    public override string MethodName => "delete";

    /// <inheritdoc/>
    public override string HttpMethod => "DELETE";

    /// <inheritdoc/>
    public override string RestPath => "storage/v1/b/{bucket}/o/{object}";

    /// <inheritdoc/>
    protected override void InitParameters()
    {
        base.InitParameters();
        RequestParameters.Add("bucket", RequestParameters.Path("bucket"));
        RequestParameters.Add("object", RequestParameters.Path("object"));
        RequestParameters.Add("ifGenerationMatch", RequestParameters.Query("ifGenerationMatch"));
    }
}
