using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>IncrementalAlterConfigs (44), versions 0 and 1: sets or removes single settings of a topic. Appending to lists is refused: no served list takes a second value.</summary>
internal sealed class IncrementalAlterConfigs(BrokerContext broker) : Api(ApiKey.IncrementalAlterConfigs, 0, 1, flexibleFrom: 1)
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var resources = r.Array(static (ref WireReader e) =>
        {
            var (type, name) = (e.Int8(), e.String());
            var changes = e.Array(static (ref WireReader c) =>
            {
                var change = (Name: c.String(), Operation: c.Int8(), Value: c.NullableString());
                c.Tags();
                return change;
            });
            e.Tags();
            return (Type: (ConfigResource)type, Name: name, Changes: changes);
        });
        var validateOnly = r.Bool();
        response.Int32(0);
        response.Array(resources, (w, resource) => TopicConfigChange.WriteResult(
            w,
            resource.Type,
            resource.Name,
            TopicConfigChange.Apply(broker, resource.Type, resource.Name, validateOnly, keepOld: true, settings =>
            {
                foreach (var (name, operation, value) in resource.Changes)
                {
                    if (operation == Delete)
                    {
                        settings.Remove(name);
                    }
                    else if (operation == Set && value is not null)
                    {
                        settings[name] = value;
                    }
                    else
                    {
                        return $"{name} can only be set to a value or deleted";
                    }
                }
                return null;
            })));
        response.Tags();
    }
}
