using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>DeleteTopics (20), versions 1 to 6, by name or by id. Records and committed offsets are gone when it is answered.</summary>
internal sealed class DeleteTopics(BrokerContext broker) : Api(ApiKey.DeleteTopics, 1, 6, flexibleFrom: 4)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var topics = r.Array(static (ref WireReader t) =>
        {
            if (t.Version <= 5)
            {
                return (Name: t.String(), Id: Guid.Empty);
            }
            var topic = (Name: t.NullableString(), Id: t.Uuid());
            t.Tags();
            return topic;
        });
        response.Int32(0);
        response.Array(topics, (w, wanted) =>
        {
            var topic = wanted.Name is null ? broker.Catalog.Find(wanted.Id) : broker.Catalog.Find(wanted.Name);
            var (error, message) = Delete(topic, byId: wanted.Name is null);
            w.String(wanted.Name ?? topic?.Name);
            if (w.Version >= 6)
            {
                w.Uuid(topic?.Id ?? wanted.Id);
            }
            w.Error(error);
            if (w.Version >= 5)
            {
                w.String(message);
            }
            w.Tags();
        });
        response.Tags();
    }

    private (ErrorCode Error, string? Message) Delete(Topic? topic, bool byId)
    {
        if (topic is null)
        {
            return byId
                ? (ErrorCode.UnknownTopicId, "This server does not host this topic ID.")
                : (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }
        try
        {
            broker.Catalog.Delete(topic);
            broker.Groups.Offsets.ForgetTopic(topic.Id);
            return (ErrorCode.None, null);
        }
        catch (CatalogException refused)
        {
            return (refused.Error, refused.Message);
        }
    }
}
