using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>DescribeCluster (60), versions 0 to 2: one broker, which is its own controller.</summary>
internal sealed class DescribeCluster(BrokerContext broker) : Api(ApiKey.DescribeCluster, 0, 2, flexibleFrom: 0)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        r.Bool();
        var endpointType = r.Version >= 1 ? r.Int8() : (sbyte)1;
        response.Int32(0);
        response.Error(ErrorCode.None);
        response.String(null);
        if (response.Version >= 1)
        {
            response.Int8(endpointType);
        }
        response.String(broker.ClusterId);
        response.Int32(BrokerContext.NodeId);
        response.Count(1);
        response.Int32(BrokerContext.NodeId);
        response.String(broker.Host);
        response.Int32(broker.Port);
        response.String(null);
        if (response.Version >= 2)
        {
            response.Bool(false);
        }
        response.Tags();
        response.Int32(Metadata.UnknownOperations);
        response.Tags();
    }
}
