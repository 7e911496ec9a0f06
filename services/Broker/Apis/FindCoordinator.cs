using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>
/// FindCoordinator (10), versions 0 to 6: this broker, for every group. Difference from Kafka: for a transactional id it answers
/// TRANSACTIONAL_ID_AUTHORIZATION_FAILED, because that is what makes clients give up at once and not retry.
/// </summary>
internal sealed class FindCoordinator(BrokerContext broker) : Api(ApiKey.FindCoordinator, 0, 6, flexibleFrom: 3)
{
    internal const string NoTransactions = "transactions are not served by this broker";
    private const sbyte GroupKey = 0;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        string[] keys = r.Version <= 3 ? [r.String()] : [];
        var type = r.Version >= 1 ? r.Int8() : GroupKey;
        if (r.Version >= 4)
        {
            keys = r.Array(static (ref WireReader k) => k.String());
        }
        var error = type == GroupKey ? ErrorCode.None : ErrorCode.TransactionalIdAuthorizationFailed;
        var message = type == GroupKey ? null : NoTransactions;
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        if (response.Version >= 4)
        {
            response.Array(keys, (w, key) =>
            {
                w.String(key);
                WriteNode(w, error);
                w.Error(error);
                w.String(message);
                w.Tags();
            });
        }
        else
        {
            response.Error(error);
            if (response.Version >= 1)
            {
                response.String(message);
            }
            WriteNode(response, error);
        }
        response.Tags();
    }

    private void WriteNode(WireWriter response, ErrorCode error)
    {
        var isKnown = error == ErrorCode.None;
        response.Int32(isKnown ? BrokerContext.NodeId : -1);
        response.String(isKnown ? broker.Host : "");
        response.Int32(isKnown ? broker.Port : -1);
    }
}
