using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>InitProducerId (22), versions 0 to 5, for idempotent producers: a new id each time. A transactional id is refused.</summary>
internal sealed class InitProducerId(BrokerContext broker) : Api(ApiKey.InitProducerId, 0, 5, flexibleFrom: 2)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var (error, id) = r.NullableString() is null ? NewId() : (ErrorCode.TransactionalIdAuthorizationFailed, -1);
        response.Int32(0);
        response.Error(error);
        response.Int64(id);
        response.Int16((short)(error == ErrorCode.None ? 0 : -1));
        response.Tags();
    }

    private (ErrorCode Error, long Id) NewId()
    {
        try
        {
            return (ErrorCode.None, broker.Catalog.NewProducerId());
        }
        catch (CatalogException)
        {
            // A full disk: clients retry this one.
            return (ErrorCode.CoordinatorNotAvailable, -1);
        }
    }
}
