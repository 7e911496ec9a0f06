using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>AlterConfigs (33), versions 0 to 2: replaces all settings of a topic. The broker's own settings are not changed this way.</summary>
internal sealed class AlterConfigs(BrokerContext broker) : Api(ApiKey.AlterConfigs, 0, 2, flexibleFrom: 2)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var resources = r.Array(static (ref WireReader e) =>
        {
            var (type, name) = (e.Int8(), e.String());
            var settings = e.Array(static (ref WireReader c) =>
            {
                var setting = (Name: c.String(), Value: c.NullableString());
                c.Tags();
                return setting;
            });
            e.Tags();
            return (Type: (ConfigResource)type, Name: name, Settings: settings);
        });
        var validateOnly = r.Bool();
        response.Int32(0);
        response.Array(resources, (w, resource) => TopicConfigChange.WriteResult(
            w,
            resource.Type,
            resource.Name,
            TopicConfigChange.Apply(broker, resource.Type, resource.Name, validateOnly, keepOld: false, settings =>
            {
                foreach (var (name, value) in resource.Settings)
                {
                    if (value is not null)
                    {
                        settings[name] = value;
                    }
                }
                return null;
            })));
        response.Tags();
    }
}
