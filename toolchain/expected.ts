/** A failure that somebody can do something about: the message is all a person needs, commands print no stack trace. */
export class ExpectedError extends Error {
    constructor(message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
    }
}
