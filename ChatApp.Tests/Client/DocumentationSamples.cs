using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Client;

namespace ChatApp.Tests.Client;

internal sealed record Price(decimal Bid, string Venue);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Price))]
internal sealed partial class PriceJson : JsonSerializerContext;

/// <summary>The samples of the documents, as they stand there; <see cref="DocumentationTests"/> holds the two together.</summary>
internal sealed class DocumentationSamples(TextWriter output)
{
    private TextWriter Console { get; } = output;

    public async Task ListenAndPostAsync(Uri site, string email, string password)
    {
        using var http = new HttpClient();
        using var login = await ChatLogin.LoginAsync(http, site, email, password);
        await using var chat = new ChatClient(new() { Endpoint = login.Endpoint, Token = login.TokenAsync });
        await chat.ConnectAsync();
        await using var general = await chat.SubscribeAsync("room:general");
        await chat.PostAsync("general", "hello");
        await foreach (var happened in general)
        {
            if (happened is MessagePosted { Message: var message })
                Console.WriteLine($"{message.Author.Name}: {message.Text}");
        }
    }

    public async Task KeepUpAsync(ChatClient chat, string room)
    {
        var page = await chat.HistoryAsync(room);
        Show(page.Messages);
        await using var events = await chat.SubscribeAsync($"room:{room}", page.Position);
        await foreach (var happened in events)
        {
            switch (happened)
            {
                case MessagePosted posted:
                    Show([posted.Message]);
                    break;
                case MessageDeleted deleted:
                    Hide(deleted.MessageId);
                    break;
                case Gap:
                    Clear();
                    Show((await chat.HistoryAsync(room)).Messages);
                    break;
            }
        }
    }

    public async Task AnswerAsync(ChatClient chat, string room)
    {
        var question = await chat.PostAsync(room, "who brings what?");
        await chat.PostAsync(room, "bread", thread: question.MessageId);
        var thread = await chat.ThreadHistoryAsync(question.MessageId);
        Show(thread.Messages);
        await chat.MarkThreadReadAsync(question.MessageId);
    }

    public async Task SayWhyAsync(ChatClient chat)
    {
        var end = await chat.Completion;
        if (end.Kind is EndKind.SignedOut)
            Console.WriteLine($"please sign in again: {end.Message}");
    }

    public async Task FollowPricesAsync(ChatClient chat)
    {
        await using var gold = await chat.SubscribeTopicAsync("prices:gold", PriceJson.Default.Price);
        await chat.PublishTopicAsync("prices:gold", new Price(2345.10m, "lme"), PriceJson.Default.Price);
        await foreach (var item in gold)
        {
            if (item is TopicValue<Price> { Value: var price })
                Console.WriteLine($"{price.Venue}: {price.Bid}");
        }
    }

    private void Show(IReadOnlyList<ChatMessage> messages)
    {
        foreach (var message in messages) Console.WriteLine($"shown {message.Text}");
    }

    private void Hide(string messageId) => Console.WriteLine($"hidden {messageId}");

    private void Clear() => Console.WriteLine("cleared");
}
